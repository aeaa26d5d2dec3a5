import {
  Body,
  Controller,
  Delete,
  ForbiddenException,
  Get,
  HttpCode,
  Inject,
  Post,
  Req,
  UnprocessableEntityException,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { FaultBox } from './fault-box.js';
import { faultSchema } from './fault.js';
import type { Fault } from './fault.js';

/** Arms faults; from this machine only. */
@Controller('_emulator/faults')
export class FaultsController {
  constructor(@Inject(FaultBox) private readonly faults: FaultBox) {}

  @Post()
  @HttpCode(201)
  arm(@Req() request: FastifyRequest, @Body() body: unknown): { armed: Fault[] } {
    fromLoopback(request);
    const parsed = faultSchema.safeParse(body);
    if (!parsed.success) throw new UnprocessableEntityException(z.prettifyError(parsed.error));
    this.faults.arm(parsed.data);
    return { armed: this.faults.list() };
  }

  @Get()
  list(@Req() request: FastifyRequest): { armed: Fault[] } {
    fromLoopback(request);
    return { armed: this.faults.list() };
  }

  @Delete()
  clear(@Req() request: FastifyRequest): { armed: Fault[] } {
    fromLoopback(request);
    this.faults.clear();
    return { armed: [] };
  }
}

function fromLoopback(request: FastifyRequest): void {
  if (!/^(127\.|::1$|::ffff:127\.)/.test(request.ip)) throw new ForbiddenException('faults are armed from this machine only');
}
