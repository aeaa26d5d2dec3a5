import { loadConfig } from '@elias/config';
import { runMain } from '@elias/telemetry';
import { orchestratorConfig } from './orchestrator.config.js';
import { runOrchestrator } from './run-orchestrator.js';

await runMain(() => runOrchestrator(loadConfig(orchestratorConfig), Date.now));
