/** Texts of the foreign page. */
export const foreign = {
  title: 'Khối ngoại',
}
