/** Texts of the derivatives page. */
export const derivatives = {
  title: 'Phái sinh',
}
