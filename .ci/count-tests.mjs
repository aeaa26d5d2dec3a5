// Sums the counts of Jest's JSON reports: `count-tests.mjs FOLDER FAILED_STEPS`. The last line is "N passed, N failed".
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PROJECTS = ['unit', 'integration', 'e2e'];
const [folder, failedSteps] = [process.argv[2], Number(process.argv[3])];
const reports = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => [name.replace(/\.json$/, ''), JSON.parse(readFileSync(join(folder, name), 'utf8'))]),
);

let [passed, failed] = [0, 0];
const complaints = [];
for (const project of PROJECTS) {
  const report = reports.get(project);
  if (report === undefined || report.numTotalTests === 0) complaints.push(`no ${project} test ran`);
  if (report === undefined) continue;
  passed += report.numPassedTests;
  failed += report.numFailedTests + report.numRuntimeErrorTestSuites;
  for (const { name, assertionResults } of report.testResults) {
    for (const { status, fullName } of assertionResults) {
      if (status === 'pending' || status === 'skipped' || status === 'todo') {
        const needsRecordings = /recorded|recording/i.test(`${fullName} ${name.split('/').at(-1)}`);
        if (!needsRecordings) complaints.push(`skipped: ${fullName} (${name})`);
        else console.log(`skipped without recordings: ${fullName}`);
      }
    }
  }
}
for (const complaint of complaints) console.log(complaint);
if (failedSteps > 0) console.log(`${failedSteps} steps failed`);
console.log(`${passed} passed, ${failed + complaints.length} failed`);
process.exitCode = passed > 0 && failed + complaints.length + failedSteps === 0 ? 0 : 1;
