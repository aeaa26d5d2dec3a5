// Sums the counts of Jest's JSON reports, of the fault drill's and of pytest's XML report: `count-tests.mjs FOLDER FAILED_STEPS`.
// The last line is "N passed, N failed".
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PROJECTS = ['unit', 'integration', 'e2e'];
const [folder, failedSteps] = [process.argv[2], Number(process.argv[3])];
// A project that ran in lanes has a report for each: integration-1.json, integration-2.json.
const reportsOf = (project) =>
  readdirSync(folder)
    .filter((name) => name.startsWith(project) && /^(-\d+)?\.json$/.test(name.slice(project.length)))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));

let [passed, failed] = [0, 0];
const complaints = [];
for (const project of PROJECTS) {
  const reports = reportsOf(project);
  if (reports.every(({ numTotalTests }) => numTotalTests === 0)) complaints.push(`no ${project} test ran`);
  for (const report of reports) count(report);
}

const airflow = airflowCounts(join(folder, 'airflow.xml'));
passed += airflow.tests - airflow.failures - airflow.errors - airflow.skipped;
failed += airflow.failures + airflow.errors;
if (airflow.tests === 0) complaints.push('no airflow test ran');
if (airflow.skipped > 0) complaints.push(`skipped: ${airflow.skipped} airflow tests`);

const drill = drillCounts(join(folder, 'drill.json'));
passed += drill.passed;
failed += drill.failed;
if (drill.passed + drill.failed === 0) complaints.push('no case of the fault drill ran');

for (const complaint of complaints) console.log(complaint);
if (failedSteps > 0) console.log(`${failedSteps} steps failed`);
console.log(`${passed} passed, ${failed + complaints.length} failed`);
process.exitCode = passed > 0 && failed + complaints.length + failedSteps === 0 ? 0 : 1;

/** Adds Jest's counts; a skipped test counts as a complaint unless it needs the recordings. */
function count(report) {
  passed += report.numPassedTests;
  failed += report.numFailedTests + report.numRuntimeErrorTestSuites;
  for (const { name, assertionResults } of report.testResults) {
    for (const { status, fullName } of assertionResults) {
      if (status !== 'pending' && status !== 'skipped' && status !== 'todo') continue;
      const needsRecordings = /recorded|recording/i.test(`${fullName} ${name.split('/').at(-1)}`);
      if (!needsRecordings) complaints.push(`skipped: ${fullName} (${name})`);
      else console.log(`skipped without recordings: ${fullName}`);
    }
  }
}

/** Counts of the drill's report; a case whose fault was not met counts as failed. */
function drillCounts(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { passed: 0, failed: 0 };
}

/** Counts of pytest's JUnit XML; zeros when there is none. */
function airflowCounts(file) {
  const suite = existsSync(file) ? (/<testsuite [^>]*>/.exec(readFileSync(file, 'utf8'))?.[0] ?? '') : '';
  const count = (name) => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  return { tests: count('tests'), failures: count('failures'), errors: count('errors'), skipped: count('skipped') };
}
