/** Texts of the drawer page. */
export const drawer = {
  title: 'Chi tiết mã',
}
