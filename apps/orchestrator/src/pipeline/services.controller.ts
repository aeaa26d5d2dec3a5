import { Controller, Get, Inject, Query } from '@nestjs/common';
import { parseQuery } from '../market/query-refused-error.js';
import { AlarmReads } from './alarm-reads.js';
import { KafkaReads } from './kafka-reads.js';
import { noFields } from './pipeline-queries.js';
import type { Alarms, DeadLetters, Lags, Services } from './service-answers.js';
import { ServiceReads } from './service-reads.js';

/** How the pipeline is, for people who keep it running. */
@Controller()
export class ServicesController {
  constructor(
    @Inject(ServiceReads) private readonly serviceReads: ServiceReads,
    @Inject(KafkaReads) private readonly kafkaReads: KafkaReads,
    @Inject(AlarmReads) private readonly alarmReads: AlarmReads,
  ) {}

  @Get('services')
  services(@Query() query: unknown): Promise<Services> {
    parseQuery(noFields, query);
    return this.serviceReads.services();
  }

  @Get('lags')
  lags(@Query() query: unknown): Promise<Lags> {
    parseQuery(noFields, query);
    return this.kafkaReads.lags();
  }

  @Get('dead-letters')
  deadLetters(@Query() query: unknown): Promise<DeadLetters> {
    parseQuery(noFields, query);
    return this.kafkaReads.deadLetters();
  }

  @Get('alarms')
  alarms(@Query() query: unknown): Promise<Alarms> {
    parseQuery(noFields, query);
    return this.alarmReads.alarms();
  }
}
