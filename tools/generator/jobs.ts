/** The provisioning jobs. One of them is by far the busiest. */
import { uuid } from './random.ts'

/** The average number of events in a cycle of a job. */
const EVENTS_OF_CYCLE = 300

const BUSIEST = 0.4

/** The tags of job templates, each with the system that is not Microsoft Entra ID; the busiest comes first. */
const TEMPLATES: [tag: string, application: string][] = [
  ['scim', 'customappsso'],
  ['workday', 'Workday'],
  ['airtable', 'Airtable'],
  ['Azure2Azure', 'Azure Active Directory (target tenant)'],
  ['slack', 'Slack'],
  ['API2AAD', 'API-driven provisioning'],
  ['aws', 'AWS IAM Identity Center'],
  ['successfactors', 'SAP SuccessFactors'],
  ['zoom', 'Zoom'],
  ['servicenow', 'ServiceNow'],
  ['scim', 'SAP Cloud Identity Services'],
  ['salesforce', 'Salesforce'],
  ['atlassian', 'Atlassian Cloud'],
  ['dropbox', 'Dropbox Business'],
  ['docusign', 'DocuSign'],
  ['github', 'GitHub Enterprise Managed User'],
  ['box', 'Box'],
  ['zscaler', 'Zscaler'],
  ['miro', 'Miro'],
  ['asana', 'Asana']
]

/** Templates that read from the other system and write to Microsoft Entra ID. */
const INBOUND = ['workday', 'successfactors', 'API2AAD']

export interface Job {
  number: number
  id: string
  /** The job's share of all events. */
  share: number
  source: { id: string; displayName: string; details: Record<string, string> }
  target: { id: string; displayName: string; details: Record<string, string> }
  /** Whether target attributes have SCIM names instead of those of Microsoft Entra ID. */
  isScim: boolean
}

/** Generates the jobs of a seed for a tenant. */
export function jobsOf(seed: number, tenantId: string): Job[] {
  const all = TEMPLATES.slice(1).reduce((sum, _, place) => sum + 1 / (place + 1), 0)
  return TEMPLATES.map(([tag, application], number) => {
    const isInbound = INBOUND.includes(tag)
    const directory = { id: uuid(seed, 'system', 0), displayName: 'Microsoft Entra ID', details: {} }
    const details = {
      ApplicationId: uuid(seed, 'system', number * 3 + 1),
      ServicePrincipalId: uuid(seed, 'system', number * 3 + 2),
      ServicePrincipalDisplayName: application
    }
    const other = { id: uuid(seed, 'system', number * 3 + 3), displayName: application, details }
    return {
      number,
      id: `${tag}.${tenantId.replaceAll('-', '')}.${uuid(seed, 'job', number)}`,
      share: number === 0 ? BUSIEST : (1 - BUSIEST) / number / all, // the others by the law of Zipf
      source: isInbound ? other : directory,
      target: isInbound ? directory : other,
      isScim: !isInbound && tag !== 'Azure2Azure'
    }
  })
}

/**
 * Maps a number to a job, to each in proportion to its share.
 * @param number from 0 (inclusive) to 1 (exclusive)
 */
export function jobOf(jobs: Job[], number: number): Job {
  let rest = number
  return jobs.find(({ share }) => (rest -= share) < 0) ?? (jobs[0] as Job)
}

/** Returns the cycle of a job that an event belongs to. */
export function cycleOf(seed: number, job: Job, index: number): string {
  const cycle = Math.floor((index * job.share) / EVENTS_OF_CYCLE)
  return uuid(seed, 'cycle', cycle * TEMPLATES.length + job.number)
}
