/** Reasons for failed provisioning: error codes of Microsoft Entra ID with their explanations. */
import { pick, type Random } from './random.ts'

/** A kind of failure. */
interface Kind {
  errorCode: string
  errorCategory: 'failure' | 'nonServiceFailure'
  /** The step that fails. */
  step: 'matching' | 'export'
  /** What is wrong. */
  detail: string
  /** The error with which the target system answered, if it did: HTTP status and SCIM error type. */
  answer?: [status: number, scimType?: string]
  recommendedAction: string
}

export interface Failure {
  step: Kind['step']
  statusInfo: Record<string, string>
}

const KINDS: Kind[] = [
  {
    errorCode: 'Conflict',
    errorCategory: 'nonServiceFailure',
    step: 'export',
    detail: 'A resource with this userName exists already.',
    answer: [409, 'uniqueness'],
    recommendedAction: 'Change the matching attribute, or remove the object from the target system.'
  },
  {
    errorCode: 'UnprocessableEntity',
    errorCategory: 'nonServiceFailure',
    step: 'export',
    detail: 'The value of phoneNumbers[type eq "work"].value is not a phone number.',
    answer: [422, 'invalidValue'],
    recommendedAction: 'Correct the value in the source system, or the mapping of the attribute.'
  },
  {
    errorCode: 'TooManyRequests',
    errorCategory: 'nonServiceFailure',
    step: 'export',
    detail: 'The rate limit of 600 requests in a minute was exceeded.',
    answer: [429],
    recommendedAction: 'No action is needed: the operation is retried.'
  },
  {
    errorCode: 'InsufficientRights',
    errorCategory: 'nonServiceFailure',
    step: 'export',
    detail: 'The token does not permit changes of administrators.',
    answer: [403],
    recommendedAction: 'Grant the application the permissions that it needs in the target system.'
  },
  {
    errorCode: 'DuplicateTargetEntries',
    errorCategory: 'nonServiceFailure',
    step: 'matching',
    detail: 'More than one object in the target system has the same matching attribute.',
    recommendedAction: 'Remove or change the duplicates in the target system.'
  },
  {
    errorCode: 'LicenseLimitExceeded',
    errorCategory: 'nonServiceFailure',
    step: 'export',
    detail: 'All licenses of this plan are assigned.',
    answer: [402],
    recommendedAction: 'Buy more licenses, or assign fewer users to the application.'
  },
  {
    errorCode: 'InternalServerError',
    errorCategory: 'failure',
    step: 'export',
    detail: 'An unexpected error occurred.',
    answer: [500],
    recommendedAction: 'Ask the vendor of the target system if the error persists.'
  }
]

/** The message about an answer of the target system. */
const MESSAGE =
  "Processing of the HTTP request resulted in an exception. Please see the HTTP response returned by the 'Response' " +
  'property of this exception for details.'

/** The delay until the next cycle retries a failed change, in milliseconds. */
const RETRY = 40 * 60_000

/**
 * Picks a failure.
 * @param time when it happens
 */
export function anyFailure(next: Random, time: string): Failure {
  const { errorCode, errorCategory, step, detail, answer, recommendedAction } = pick(KINDS, next)
  const times = 1 + Math.floor(next() * 8)
  const retry = new Date(Date.parse(time) + RETRY).toISOString()
  const reason =
    `StatusCode: ${errorCode}\r\nMessage: ${answer ? `${MESSAGE}\r\nWeb Response: \r\n${bodyOf(detail, answer)}.` : detail} ` +
    `This operation was retried ${times} times. It will be retried again after this date: ${retry} UTC`
  return {
    step,
    statusInfo: {
      '@odata.type': '#microsoft.graph.statusDetails',
      status: 'failure',
      errorCode,
      reason,
      additionalDetails: detail,
      errorCategory,
      recommendedAction
    }
  }
}

/** The body of an error of SCIM (RFC 7644, 3.12). */
function bodyOf(detail: string, [status, scimType]: NonNullable<Kind['answer']>) {
  return JSON.stringify({ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], detail, status, scimType })
}
