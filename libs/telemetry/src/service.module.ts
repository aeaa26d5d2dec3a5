import { Controller, Get, Inject, Module, Res } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Metrics } from './metrics.js';
import { Readiness } from './readiness.js';

export const APP_NAME = Symbol('app name');

/** Liveness says that the event loop turns; readiness says why work is not taken; metrics are Prometheus text. */
@Controller()
export class ServiceController {
  constructor(
    @Inject(APP_NAME) private readonly app: string,
    @Inject(Readiness) private readonly readiness: Readiness,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  @Get('health/live')
  live(): { app: string; live: true } {
    return { app: this.app, live: true };
  }

  @Get('health/ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const report = await this.readiness.report();
    await reply.status(report.ready ? 200 : 503).send({ app: this.app, ...report });
  }

  @Get('metrics')
  async exposition(@Res() reply: FastifyReply): Promise<void> {
    await reply.header('content-type', this.metrics.registry.contentType).send(await this.metrics.text());
  }
}

@Module({})
export class ServiceModule {
  /** Health and metrics endpoints, and `Metrics` and `Readiness` for injection everywhere in the app. */
  static forRoot(parts: { app: string; metrics: Metrics; readiness: Readiness }): DynamicModule {
    return {
      module: ServiceModule,
      global: true,
      controllers: [ServiceController],
      providers: [
        { provide: APP_NAME, useValue: parts.app },
        { provide: Metrics, useValue: parts.metrics },
        { provide: Readiness, useValue: parts.readiness },
      ],
      exports: [Metrics, Readiness],
    };
  }
}
