import type { TFunction } from 'i18next'

/** The sectors of the server's list (ICB level 2) in the user's language; one that is new to us keeps its English name. */
const KEYS = {
  Banks: 'sector/banks', 'Real Estate': 'sector/realEstate', 'Food & Beverage': 'sector/food', 'Financial Services': 'sector/finance', Chemicals: 'sector/chemicals',
  'Basic Resources': 'sector/resources', Technology: 'sector/technology', Retail: 'sector/retail', Utilities: 'sector/utilities', 'Oil & Gas': 'sector/oil', 'Travel & Leisure': 'sector/travel',
} as const

const isKnown = (name: string): name is keyof typeof KEYS => name in KEYS

export const sectorName = (name: string, t: TFunction): string => (isKnown(name) ? t(KEYS[name]) : name)
