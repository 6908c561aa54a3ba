/** Texts of the chart page. */
export const chart = {
  title: 'Biểu đồ',
}
