import { PALETTES, THEMES } from '../checks/palettes.mjs'
import { SIZES } from '../harness.mjs'
import { PLACES } from '../pages.mjs'
import { pairwise } from './pairwise.mjs'
import { STATES } from './states.mjs'

const LANGUAGES = ['vi', 'en']
const FACTORS = { state: Object.keys(STATES), page: PLACES.map(({ name }) => name), size: SIZES.map((size) => size.join('x')), palette: PALETTES, theme: THEMES, language: LANGUAGES }

/** Every page in every state and size; theme, palette and language take turns. */
function everyPlace() {
  const cases = []
  for (const state of FACTORS.state) for (const page of FACTORS.page) for (const size of FACTORS.size) {
    const n = cases.length
    cases.push({ state, page, size, palette: PALETTES[n % 3], theme: THEMES[(n + Math.floor(n / 6)) % 2], language: LANGUAGES[(n + Math.floor(n / 3)) % 2] })
  }
  return cases
}

/** @param isFull every page x state x size, not only every pair of values */
export const casesOf = (state, isFull) => (isFull ? everyPlace() : pairwise(FACTORS)).filter((one) => one.state === state)
export const nameOf = ({ state, page, size, theme, palette, language }) => `${page} ${state} ${size} ${theme} ${palette} ${language}`
