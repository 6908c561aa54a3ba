import js from '@eslint/js'
import hooks from 'eslint-plugin-react-hooks'
import ts from 'typescript-eslint'

/** Imports go one way: app -> features -> shared; features do not know each other. */
const boundary = (files, group, message) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group, message }] }] },
})

export default ts.config(
  { ignores: ['dist', 'src/**/*.gen.ts', 'test-results'] },
  js.configs.recommended,
  {
    files: ['src/**/*.{ts,tsx}', '*.config.ts'],
    extends: [...ts.configs.recommendedTypeChecked, hooks.configs.flat.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: { 'no-console': 'error', '@typescript-eslint/consistent-type-imports': 'error' },
  },
  boundary(['src/shared/**'], ['@/features/**', '@/app/**', '**/features/**', '**/app/**'], 'shared knows neither features nor app'),
  boundary(['src/features/**'], ['@/app/**', '@/features/**', '../**'], 'a feature imports shared and itself only'),
  { files: ['src/test/**'], rules: { 'no-console': 'off' } }, // the setup watches the console
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: Object.fromEntries(
        ['process', 'console', 'URL', 'setTimeout', 'setInterval', 'Event', 'clearInterval', 'clearTimeout', 'fetch', 'document', 'window', 'getComputedStyle', 'innerWidth', 'innerHeight', 'localStorage', 'location', 'NodeFilter', 'performance', 'requestAnimationFrame', 'MutationObserver'].map(
          (name) => [name, 'readonly'],
        ),
      ),
    },
  },
)
