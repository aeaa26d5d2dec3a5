/**
 * Unit tests sit beside the code; integration tests use the servers that `npm test` starts (ELIAS_TEST_STACK); e2e tests start whole
 * stacks of their own, or a browser.
 */
const swc = {
  module: { type: 'es6' },
  sourceMaps: 'inline',
  jsc: {
    target: 'es2023',
    keepClassNames: true,
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
  },
};

const project = (displayName, testMatch) => ({
  displayName,
  testMatch,
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^@elias/([^/]+)$': '<rootDir>/libs/$1/src/index.ts', '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['@swc/jest', { ...swc, swcrc: false }] },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.elias/', '<rootDir>/.tools/'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/dist/'],
});

export default {
  testTimeout: 60_000,
  projects: [
    project('unit', [
      '<rootDir>/{apps,libs,deploy}/**/*.spec.ts',
      '<rootDir>/test/{bench,faults}/**/*.spec.ts',
      '<rootDir>/test/architecture/**/*.spec.ts',
    ]),
    project('integration', ['<rootDir>/test/integration/**/*.spec.ts']),
    project('e2e', ['<rootDir>/test/e2e/**/*.spec.ts']),
  ],
};
