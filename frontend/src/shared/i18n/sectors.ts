import type { Language } from './i18n'

/** ICB level 2 in Vietnamese; in English the names are those of the list. */
const VI: Readonly<Record<string, string>> = {
  Banks: 'Ngân hàng', 'Real Estate': 'Bất động sản', 'Food & Beverage': 'Thực phẩm & đồ uống', 'Financial Services': 'Dịch vụ tài chính', Chemicals: 'Hóa chất',
  'Basic Resources': 'Tài nguyên cơ bản', Technology: 'Công nghệ', Retail: 'Bán lẻ', Utilities: 'Tiện ích', 'Oil & Gas': 'Dầu khí', 'Travel & Leisure': 'Du lịch & giải trí',
}

export const sectorName = (name: string, language: string): string => (language === ('vi' satisfies Language) ? (VI[name] ?? name) : name)
