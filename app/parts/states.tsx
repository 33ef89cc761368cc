/** What there is to see and to do where there are no events: loading, errors, and nothing found. */
import type { ComponentChildren } from 'preact'
import { isSignInOver, ServiceError, Unreachable } from '../service/request.ts'
import { SignInButton } from '../session/sign-in-button.tsx'

/** A message in the place of what it is about. */
export function Message({
  title,
  children,
  role
}: {
  title: string
  children?: ComponentChildren
  role?: 'alert' | 'status'
}) {
  return (
    <div class="message" role={role}>
      <h2>{title}</h2>
      {children}
    </div>
  )
}

/** That it is tried again, or how. */
export function Retrying({ isLoading, retry }: Pick<FailureProps, 'isLoading' | 'retry'>) {
  // the service may ask for minutes of patience
  return (
    <p class="buttons">
      <button type="button" onClick={retry}>
        {isLoading ? 'Try now' : 'Try again'}
      </button>
      {isLoading && <span class="faint">Trying again…</span>}
    </p>
  )
}

interface FailureProps {
  error: unknown
  /** What could not be shown. */
  of: string
  /** Whether it is tried again anyway. */
  isLoading: boolean
  retry: () => void
}

/** An error, and what to do about it. */
export function Failure({ error, of, isLoading, retry }: FailureProps) {
  const { title, text } = explanationOf(error, of)
  return (
    <Message title={title} role="alert">
      <p>{text}</p>
      {error instanceof ServiceError && error.requestId && (
        <p class="faint">
          For support: {error.code || error.status}, request <code>{error.requestId}</code>
        </p>
      )}
      {isSignInOver(error) ? <SignInButton text="Sign in again" /> : <Retrying {...{ isLoading, retry }} />}
    </Message>
  )
}

function explanationOf(error: unknown, of: string) {
  if (error instanceof Unreachable)
    return {
      title: 'The service cannot be reached',
      text: `${of} will be here as soon as the service answers. If that takes long, check your network, or ask whoever runs the service.`
    }
  if (!(error instanceof ServiceError)) return { title: 'Something went wrong', text: String(error) }
  if (isSignInOver(error))
    return { title: 'You are not signed in', text: `${error.message} Sign in again to see the log.` }
  if (error.status === 403)
    return {
      title: 'You may not read this log',
      text: `${error.message} Ask an administrator for permission to read it.`
    }
  if (error.status === 414 || error.status === 431)
    return { title: 'This is too much to ask for at once', text: 'Choose fewer values, or search for a shorter text.' }
  if (error.status === 404)
    return { title: 'This event is not there', text: 'It may have been removed because it was old enough.' }
  if (error.status === 429) return { title: 'There are too many requests', text: error.message }
  if (error.isPassing)
    return { title: 'The service is busy', text: `${error.message} A shorter range of time is answered faster.` }
  return { title: `${of} could not be read`, text: error.message }
}
