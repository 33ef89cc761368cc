/** Handlers of Express that run as one layer. A layer that only calls `next` costs microseconds of each request. */
import type { NextFunction, RequestHandler } from 'express'

/** Makes one handler of several, which all are for every path. Errors go to Express, as those of its own layers do. */
export function inSequence(...handlers: RequestHandler[]): RequestHandler {
  return (req, res, next) => {
    let index = 0
    const goOn = (problem?: unknown) => {
      const handler = problem === undefined ? handlers[index++] : undefined
      if (!handler) return next(problem)
      const result: unknown = handler(req, res, goOn as NextFunction) // what it throws, Express catches
      if (result instanceof Promise) result.catch(next)
    }
    goOn()
  }
}
