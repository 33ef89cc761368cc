/** Reasons for failed provisioning: error codes of Microsoft Entra ID with their explanations. */
import { pick, type Random } from './random.ts'

/** A kind of failure. */
interface Kind {
  errorCode: string
  errorCategory: 'failure' | 'nonServiceFailure'
  /** The step that fails. */
  step: 'matching' | 'export'
  /** The response of the target system: HTTP status, detail and SCIM error type. */
  answer: [status: number, detail: string, scimType?: string]
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
    answer: [409, 'A resource with this userName exists already.', 'uniqueness'],
    recommendedAction: 'Change the matching attribute, or remove the object from the target system.'
  },
  {
    errorCode: 'UnprocessableEntity',
    errorCategory: 'nonServiceFailure',
    step: 'export',
    answer: [422, 'The value of phoneNumbers[type eq "work"].value is not a phone number.', 'invalidValue'],
    recommendedAction: 'Correct the value in the source system, or the mapping of the attribute.'
  },
  {
    errorCode: 'TooManyRequests',
    errorCategory: 'nonServiceFailure',
    step: 'export',
    answer: [429, 'The rate limit of 600 requests in a minute was exceeded.'],
    recommendedAction: 'No action is needed: the operation is retried.'
  },
  {
    errorCode: 'InsufficientRights',
    errorCategory: 'nonServiceFailure',
    step: 'export',
    answer: [403, 'The token does not permit changes of administrators.'],
    recommendedAction: 'Grant the application the permissions that it needs in the target system.'
  },
  {
    errorCode: 'DuplicateTargetEntries',
    errorCategory: 'nonServiceFailure',
    step: 'matching',
    answer: [200, 'More than one object in the target system has the same matching attribute.'],
    recommendedAction: 'Remove or change the duplicates in the target system.'
  },
  {
    errorCode: 'LicenseLimitExceeded',
    errorCategory: 'nonServiceFailure',
    step: 'export',
    answer: [402, 'All licenses of this plan are assigned.'],
    recommendedAction: 'Buy more licenses, or assign fewer users to the application.'
  },
  {
    errorCode: 'InternalServerError',
    errorCategory: 'failure',
    step: 'export',
    answer: [500, 'An unexpected error occurred.'],
    recommendedAction: 'Ask the vendor of the target system if the error persists.'
  }
]

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
  const { errorCode, errorCategory, step, answer, recommendedAction } = pick(KINDS, next)
  const [status, detail, scimType] = answer
  const response = JSON.stringify({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    detail,
    status,
    scimType
  })
  const times = 1 + Math.floor(next() * 8)
  const retry = new Date(Date.parse(time) + RETRY).toISOString()
  const reason =
    `StatusCode: ${errorCode}\r\nMessage: ${MESSAGE}\r\nWeb Response: \r\n${response}. ` +
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
