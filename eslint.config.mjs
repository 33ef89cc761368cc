import cds from '@sap/cds/eslint.config.mjs'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['@cds-models/', 'gen/', 'data/', 'coverage/', 'app/dist/'] },
  ...cds.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      'no-unused-vars': 'off', // the typed rule takes its place
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }] // CAP awaits listeners
    }
  },
  // the types that these use are installed in CI only
  {
    files: ['test/clients/programs/**'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { 'no-console': 'off' }
  },
  { files: ['srv/commands/**', 'tools/**', 'bench/**'], rules: { 'no-console': 'off' } } // they talk to people
)
