/** Texts of the signals page. */
export const signals = {
  title: 'Tín hiệu',
}
