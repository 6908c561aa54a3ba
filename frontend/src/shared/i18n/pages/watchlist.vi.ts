/** Texts of the watchlist page. */
export const watchlist = {
  title: 'Danh mục',
}
