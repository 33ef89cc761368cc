/** The people whom events are about. Faker draws all names once, as drawing them for each event would be too slow. */
import { faker as czech } from '@faker-js/faker/locale/cs_CZ'
import { faker as german } from '@faker-js/faker/locale/de'
import { faker as greek } from '@faker-js/faker/locale/el'
import { faker as british } from '@faker-js/faker/locale/en_GB'
import { faker as spanish } from '@faker-js/faker/locale/es'
import { faker as french } from '@faker-js/faker/locale/fr'
import { faker as hungarian } from '@faker-js/faker/locale/hu'
import { faker as italian } from '@faker-js/faker/locale/it'
import { faker as norwegian } from '@faker-js/faker/locale/nb_NO'
import { faker as polish } from '@faker-js/faker/locale/pl'
import { faker as portuguese } from '@faker-js/faker/locale/pt_PT'
import { faker as swedish } from '@faker-js/faker/locale/sv'
import { faker as turkish } from '@faker-js/faker/locale/tr'
import { pick, random, uuid } from './random.ts'

const FAKERS = [
  ...[czech, german, greek, british, spanish, french, hungarian],
  ...[italian, norwegian, polish, portuguese, swedish, turkish]
]
const SEXES = ['female', 'male'] as const

/** How many names are drawn for each language and sex, duplicates included. */
const GIVEN_NAMES = 150
const FAMILY_NAMES = 400
const PLACES = 40

const DOMAIN = 'contoso.com'
const DEPARTMENTS = ['Marketing', 'Sales', 'Human Resources', 'Research & Development', 'Finance', 'Legal', 'Logistics']
const RANKS = ['Associate', 'Senior', 'Principal', 'Lead', 'Deputy', 'Regional', 'Global']
const FIELDS = ['Accountant', 'Engineer', 'Analyst', 'Consultant', 'Designer', 'Coordinator', 'Buyer', 'Auditor']

/** A name, and its spelling in addresses. */
interface Name {
  text: string
  ascii: string
}

/** The names of people of one language and sex, and where they live. */
interface Culture {
  given: Name[]
  family: Name[]
  cities: string[]
  language: string
}

/** A person as the source system knows them. */
export interface Person {
  id: string
  number: number
  givenName: string
  familyName: string
  displayName: string
  nickname: string
  principalName: string
  employeeId: string
  language: string
  department: string
  title: string
  city: string
  street: string
  postalCode: string
  office: string
  phone: string
  mobile: string
  manager: string
  costCenter: string
}

/** Draws the names for a seed. */
export function culturesOf(seed: number): Culture[] {
  return FAKERS.flatMap((faker) => {
    faker.seed(seed)
    const draw = (count: number, name: () => string) => [...new Set(Array.from({ length: count }, name))]
    const cities = draw(PLACES, () => faker.location.city())
    const language = faker.getMetadata().code ?? 'en'
    return SEXES.map((sex) => ({
      given: draw(GIVEN_NAMES, () => faker.person.firstName(sex)).map(named),
      family: draw(FAMILY_NAMES, () => faker.person.lastName(sex)).map(named),
      cities,
      language
    }))
  })
}

function named(text: string): Name {
  const latin = text.toLowerCase().replaceAll('ß', 'ss').replaceAll('ø', 'o').replaceAll('ł', 'l').replaceAll('ı', 'i')
  return { text, ascii: latin.normalize('NFD').replace(/[^a-z]/g, '') }
}

/**
 * Generates a person.
 * @param revision selects one of several states of the person: the name stays, position and address differ
 */
export function personAt(cultures: Culture[], seed: number, number: number, revision: number): Person {
  const next = random(seed, 'person', number)
  const culture = pick(cultures, next)
  const given = pick(culture.given, next)
  const family = pick(culture.family, next)
  const nickname = `${given.ascii || 'user'}.${family.ascii || 'name'}${number}`
  const now = random(seed, 'position', number * 8 + revision)
  const some = (digits: number) => String(Math.floor(now() * 10 ** digits)).padStart(digits, '0')
  return {
    id: uuid(seed, 'person', number),
    number,
    givenName: given.text,
    familyName: family.text,
    displayName: `${given.text} ${family.text}`,
    nickname,
    principalName: `${nickname}@${DOMAIN}`,
    employeeId: String(100_000 + number),
    language: culture.language,
    department: pick(DEPARTMENTS, now),
    title: `${pick(RANKS, now)} ${pick(FIELDS, now)}`,
    city: pick(culture.cities, now),
    street: `${pick(culture.family, now).text} ${some(2)}`,
    postalCode: some(5),
    office: `Building ${some(1)}, room ${some(3)}`,
    phone: `+44 20 7946 0${some(3)}`, // reserved for fiction, as is the next
    mobile: `+44 7700 900${some(3)}`,
    manager: uuid(seed, 'person', Math.floor(now() * 100)),
    costCenter: `CC-${some(6)}`
  }
}
