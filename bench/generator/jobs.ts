/** The provisioning jobs: a few of them, of which one is by far the busiest. */
import { uuid } from './random.ts'

/** How many events a cycle of a job has, on average. */
const EVENTS_OF_CYCLE = 300

const BUSIEST = 0.4

/** Tags of the templates that jobs are made from, with the other system than Microsoft Entra ID; the busiest first. */
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

/** Those that read from the other system, and write to Microsoft Entra ID. */
const INBOUND = ['workday', 'successfactors', 'API2AAD']

export interface Job {
  number: number
  id: string
  /** The part of all events that are of this job. */
  share: number
  source: { id: string; displayName: string; details: Record<string, string> }
  target: { id: string; displayName: string; details: Record<string, string> }
  /** Whether attributes of the target have the names of SCIM, not of Microsoft Entra ID. */
  isScim: boolean
}

/** Makes the jobs of a seed for a tenant. */
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
 * The job to which a number leads: to each as often as its share is.
 * @param number from 0 up to, but not including, 1
 */
export function jobOf(jobs: Job[], number: number): Job {
  let rest = number
  return jobs.find(({ share }) => (rest -= share) < 0) ?? (jobs[0] as Job)
}

/** The cycle of a job in which an event is. */
export function cycleOf(seed: number, job: Job, index: number): string {
  const cycle = Math.floor((index * job.share) / EVENTS_OF_CYCLE)
  return uuid(seed, 'cycle', cycle * TEMPLATES.length + job.number)
}
