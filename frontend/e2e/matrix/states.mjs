/**
 * The states a page can be in, and what it must say in each: the kind of the banner, if there must be one, the word of
 * the feed's cell, if it has one only, and whether figures are drained. Without it a day that went on would pass for one
 * that is over.
 */

export const STATES = {
  before: { isDrained: false, feed: /Closed|Đóng cửa/ },
  data: { isDrained: false, feed: /Live|Trực tiếp/ },
  lunch: { isDrained: false, feed: /Lunch|Nghỉ trưa/ },
  closed: { isDrained: false, feed: /Closed|Đóng cửa/ },
  stalled: { isDrained: true, banner: /^(stalled|reconnecting)$/ },
  nodb: { isDrained: false },
  down: { isDrained: true, banner: /^lost$/ },
}
