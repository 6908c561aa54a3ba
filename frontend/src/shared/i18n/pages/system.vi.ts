/** Texts of the system page. */
export const system = {
  title: 'Hệ thống',
}
