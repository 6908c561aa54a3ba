/**
 * The states a page can be in, and what it must say in each: the kind of the banner, if there must be one, and whether
 * figures are drained.
 */

export const STATES = {
  before: { isDrained: false },
  data: { isDrained: false },
  lunch: { isDrained: false },
  closed: { isDrained: false },
  stalled: { isDrained: true, banner: /^(stalled|reconnecting)$/ },
  nodb: { isDrained: false },
  down: { isDrained: true, banner: /^lost$/ },
}
