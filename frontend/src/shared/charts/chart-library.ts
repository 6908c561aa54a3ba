/**
 * What is used of lightweight-charts, in a chunk of its own: it is 50 kB and only some pages draw charts.
 * Reached by `import('./chart-library')` only; types may be imported anywhere.
 */
export { BaselineSeries, CandlestickSeries, createChart, HistogramSeries, LineSeries, LineStyle } from 'lightweight-charts'
