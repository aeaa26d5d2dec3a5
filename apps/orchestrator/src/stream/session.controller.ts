import { Body, Controller, Delete, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { sameText } from '@elias/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { sealSession, SESSION_COOKIE, SESSION_S } from './session.js';
import { SessionRefusedError, TokenRefusedError } from './stream-errors.js';

/** Body of `POST /session`. */
export const sessionBody = z.strictObject({ token: z.string().min(1).max(1_000).describe('the API token') });

/** What the API expects of who asks; null: whoever can connect may ask. */
export class ApiToken {
  constructor(readonly value: string | null) {}
}

/** Lets a browser in: it cannot send headers with an event stream, so the token is given once for a cookie. */
@Controller('session')
export class SessionController {
  constructor(@Inject(ApiToken) private readonly token: ApiToken) {}

  /**
   * 204 with the cookie; without a token set there is nothing to carry, and 204 all the same.
   * @throws SessionRefusedError, TokenRefusedError
   */
  @Post()
  @HttpCode(204)
  begin(@Body() body: unknown, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): void {
    const parsed = sessionBody.safeParse(body);
    if (!parsed.success) {
      throw new SessionRefusedError(parsed.error.issues.map(({ path, message }) => ({ field: path.join('.') || 'body', reason: message })));
    }
    if (this.token.value === null) return;
    if (!sameText(parsed.data.token, this.token.value)) throw new TokenRefusedError();
    void reply.setCookie(SESSION_COOKIE, sealSession(this.token.value, Date.now() + SESSION_S * 1_000), {
      ...cookieOf(request),
      maxAge: SESSION_S,
    });
  }

  /** The browser forgets the cookie. */
  @Delete()
  @HttpCode(204)
  end(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): void {
    void reply.clearCookie(SESSION_COOKIE, cookieOf(request));
  }
}

/** Sent back to this site's own pages alone, out of their scripts' reach, and over TLS only where it was given over TLS. */
function cookieOf({ protocol, headers }: FastifyRequest): { path: string; httpOnly: true; sameSite: 'strict'; secure: boolean } {
  const secure = protocol === 'https' || headers['x-forwarded-proto'] === 'https';
  return { path: '/', httpOnly: true, sameSite: 'strict', secure };
}
