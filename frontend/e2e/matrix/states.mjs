/**
 * The states a page can be in, and what it must say in each: the kind of the banner, if there must be one, whether
 * figures are drained, and which refused requests the browser may report on its own.
 */
const HISTORY = /\/api\/(history|spool)/

export const STATES = {
  before: { isDrained: false },
  data: { isDrained: false },
  lunch: { isDrained: false },
  closed: { isDrained: false },
  stalled: { isDrained: true, banner: /^(stalled|reconnecting)$/ },
  nodb: { isDrained: false, expects: (url) => HISTORY.test(url) },
  down: { isDrained: true, banner: /^lost$/, expects: () => true },
}
