import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError, send } from '../api/ask.js';
import { sentence } from '../parts/panel.js';

/** Asks for the API's token; a cookie that scripts cannot read keeps it. */
export function SignIn({ done }: { done: () => void }): VNode {
  const [token, setToken] = useState('');
  const [trouble, setTrouble] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    setBusy(true);
    try {
      await send('/session', { token });
      done();
    } catch (error) {
      const refused = error instanceof ApiError && (error.status === 401 || error.status === 400 || error.status === 422);
      setTrouble(refused ? 'That is not the token of this orchestrator.' : sentence(error as Error));
      setBusy(false);
    }
  };
  return (
    <section class="sign-in panel" aria-labelledby="sign-in-title">
      <h1 id="sign-in-title">Sign in</h1>
      <p>
        This orchestrator answers only with its token, the setting <code>ORCHESTRATOR_API_TOKEN</code>.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <label for="token">Token</label>
        <input
          id="token"
          name="token"
          type="password"
          autocomplete="current-password"
          required
          value={token}
          aria-invalid={trouble !== null}
          aria-describedby={trouble === null ? undefined : 'token-trouble'}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
        {trouble !== null && (
          <p id="token-trouble" class="field-trouble" role="alert">
            {trouble}
          </p>
        )}
        <button type="submit" class="button button-main" disabled={busy}>
          Sign in
        </button>
      </form>
    </section>
  );
}
