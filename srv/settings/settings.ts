/** The settings. All are checked before any is used. */
import { resolve } from 'node:path'
import cds from '@sap/cds'
import { databaseFile, databaseUrl, expectDatabaseUrl } from './database-url.ts'
import type { Setting } from './kinds.ts'
import { expectKnownProfiles } from './profiles.ts'
import { OF_CAP, schema } from './schema.ts'

type Values<Part> = Part extends Setting<infer Value> ? Value : { [Name in keyof Part]: Values<Part[Name]> }
export type Settings = Values<ReturnType<typeof schema>>
export type DatabaseSettings = Settings['requires']['db']

type Group = Record<string, unknown>
/** The configuration as CAP read it from files and the environment. */
type Configuration = { profiles: string[] } & Group
type Variables = Record<string, string | undefined>

const configuration = () => cds.env as unknown as Configuration
let checked: Settings | undefined

/**
 * The settings of this process. Those of access may be missing, since commands need none: see {@link accessSettings}.
 * @throws {Error} that names each setting that is wrong or unknown
 */
export const settings = (): Settings => (checked ??= checkSettings(configuration(), process.env))

const isPostgres = () => configuration().profiles.includes('postgres')

/** Where the log is: the URL of the database on a server, or the file, absolute. */
export function databaseLocation(): string {
  const { db } = settings().requires
  return isPostgres() ? databaseUrl(db, process.env) : resolve(cds.root, databaseFile(db, process.env))
}

/** The same for the owner of the tables on a server, whom the service may not be: see `requires.db.migration_url`. */
export function ownerLocation(): string {
  const url = isPostgres() ? settings().requires.db.migration_url : undefined
  return url === undefined ? databaseLocation() : expectDatabaseUrl(url, 'CDS_REQUIRES_DB_MIGRATION__URL')
}

/** The settings of access. @throws {Error} that names each setting that is wrong, unknown or missing */
export const accessSettings = () => checkSettings(configuration(), process.env, true).requires.auth

/**
 * Checks the settings.
 * @param isComplete whether required settings must be there
 * @throws {Error} that names each profile that is unknown, or each setting that is wrong, unknown or missing
 */
export function checkSettings(given: Configuration, variables: Variables, isComplete = false): Settings {
  expectKnownProfiles(given.profiles)
  const texts = new Map(Object.entries(variables).map(([name, text]) => [name.toUpperCase(), text]))
  const parts = schema(given.profiles.includes('production'))
  const known = settingsIn(parts).map(([path]) => variableOf(path))
  const problems: string[] = []

  function valueOf(setting: Setting<unknown>, value: unknown, name: string) {
    const text = texts.get(name)
    // CAP reads '', ' 5', '1e3' and '0x10' as numbers, and one of them wrongly
    const isNumber = text === undefined || typeof value !== 'number' || text === String(value)
    const written = (isNumber ? value : text) ?? setting.initial
    if (written === undefined) {
      if (!setting.isOptional && isComplete) problems.push(`${name} is missing: it must be ${setting.must}.`)
      return undefined
    }
    const read = setting.read(written)
    if (read === undefined) problems.push(`${name} must be ${setting.must}, not ${shown(written)}.`)
    return read
  }

  function valuesOf(part: object, value: unknown, path: string[]): object {
    const group = isGroup(value) ? value : {}
    if (value !== group && value !== undefined)
      problems.push(`${variableOf(path)} is a group of settings, not ${shown(value)}.`)
    for (const name of unknownIn(group, part, path)) {
      const similar = known.find((each) => areSimilar(each, name))
      if (similar) problems.push(`${name} is not a setting. Is ${similar} meant?`)
      else if (OF_CAP[path.join('.')] !== '*') problems.push(`${name} is not a setting.`)
    }
    const entries = Object.entries(part).map(([name, each]: [string, object]) => {
      const inner = [...path, name]
      return [
        name,
        isSetting(each) ? valueOf(each, group[name], variableOf(inner)) : valuesOf(each, group[name], inner)
      ]
    })
    return Object.fromEntries(entries) as object
  }

  const values = valuesOf(parts, given, [])
  problems.push(...lateProfiles(given.profiles, variables))
  if (problems.length) throw new Error(`The service cannot run with these settings. ${problems.join(' ')}`)
  return values as Settings
}

/** The settings of a group with their paths. */
export function settingsIn(part: object, path: string[] = []): [path: string[], setting: Setting<unknown>][] {
  return Object.entries(part).flatMap(([name, each]: [string, object]) =>
    isSetting(each) ? [[[...path, name], each]] : settingsIn(each, [...path, name])
  )
}

const isSetting = (part: object): part is Setting<unknown> => 'must' in part
const isGroup = (value: unknown): value is Group => typeof value === 'object' && value !== null && !Array.isArray(value)
const shown = (value: unknown) => (typeof value === 'string' ? `'${value}'` : JSON.stringify(value))

const variableOf = (path: string[]) =>
  ['CDS', ...path.map((name) => name.replaceAll('_', '__'))].join('_').toUpperCase()

/** The environment variables that name no setting of ours, nor, as far as that is listed, of CAP's. */
function unknownIn(group: Group, part: object, path: string[]): string[] {
  const ofCap = OF_CAP[path.join('.')] ?? []
  // CAP has hundreds: only a group with a name like one of ours is looked into
  const isOfCap = (name: string, isOne: boolean) =>
    ofCap === '*'
      ? isOne && !Object.keys(part).some((own) => areSimilar(own, name))
      : ofCap.includes(isOne ? `${name}.*` : name)
  return Object.entries(group).flatMap(([name, value]) => {
    const isKnown = name in part || isOfCap(name, isGroup(value))
    return isKnown ? [] : variablesOf(value, [...path, name])
  })
}

const variablesOf = (value: unknown, path: string[]): string[] =>
  isGroup(value)
    ? Object.entries(value).flatMap(([name, each]) => variablesOf(each, [...path, name]))
    : [variableOf(path)]

/** What is wrong with profiles that are named in `.env`: CAP reads that file when it has chosen them. */
function lateProfiles(profiles: string[], variables: Variables) {
  const named = ['NODE_ENV', 'CDS_ENV'].flatMap((name) =>
    (variables[name] ?? '').split(',').map((each) => [name, each.trim()])
  )
  const late = named.filter(([, profile = '']) => !['', 'development', ...profiles].includes(profile))
  return late.map(
    ([name, profile]) => `${name} must be set before the start, not in .env: the profile '${profile}' has no effect.`
  )
}

/** Whether one of two names is the other with a mistake: the usual one is `_` where a name needs `__`. */
const areSimilar = (one: string, other: string) =>
  one.replaceAll('_', '') === other.replaceAll('_', '') || differsBy(2, one, other)

/** Whether one text becomes another by at most so many letters that are added, removed or replaced. */
function differsBy(most: number, one: string, other: string): boolean {
  let same = 0
  while (same < one.length && one[same] === other[same]) same++
  const [left, right] = [one.slice(same), other.slice(same)]
  if (left === right) return true
  if (!most) return false
  const [less, fewer] = [left.slice(1), right.slice(1)]
  return differsBy(most - 1, less, right) || differsBy(most - 1, left, fewer) || differsBy(most - 1, less, fewer)
}
