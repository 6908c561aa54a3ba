/** The tab's title has one writer: the page's name from the shell, the number of unread signals from those who count them. */

const PRODUCT = 'VN Stock Tracker'
let page = ''
let unread = 0

function show(): void {
  const name = page ? `${page} · ${PRODUCT}` : PRODUCT
  document.title = unread ? `(${unread}) ${name}` : name
}

export function setPageTitle(name: string): void {
  page = name
  show()
}

export function setUnreadInTitle(count: number): void {
  unread = count
  show()
}
