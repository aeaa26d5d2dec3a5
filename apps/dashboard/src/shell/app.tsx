import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { onUnauthorized } from '../api/ask.js';
import { LiveProvider } from '../live/live.js';
import { OverviewPage } from '../overview/overview-page.js';
import { Announcer } from '../parts/announce.js';
import { ProductPage } from '../product/product-page.js';
import { ProductsPage } from '../product/products-page.js';
import { RunPage } from '../runs/run-page.js';
import { RunsPage } from '../runs/runs-page.js';
import { LiveBadge } from './live-badge.js';
import { hashOf, parseRoute } from './route.js';
import type { Route } from './route.js';
import { SignIn } from './sign-in.js';
import { ThemeToggle } from './theme-toggle.js';

const SECTIONS = [
  { name: 'Overview', href: hashOf({ page: 'overview' }), pages: ['overview'] },
  { name: 'Runs', href: hashOf({ page: 'runs', to: null }), pages: ['runs', 'run'] },
  { name: 'Products', href: hashOf({ page: 'products' }), pages: ['products', 'product'] },
] as const;

export function App(): VNode {
  const route = useRoute();
  const [tokenNeeded, setTokenNeeded] = useState(false);
  useEffect(() => onUnauthorized(() => setTokenNeeded(true)), []);
  useArrival(route);
  return (
    <Announcer>
      {tokenNeeded ? (
        <Frame route={route} badge={false}>
          <SignIn done={() => setTokenNeeded(false)} />
        </Frame>
      ) : (
        <LiveProvider>
          <Frame route={route} badge>
            <Page route={route} />
          </Frame>
        </LiveProvider>
      )}
    </Announcer>
  );
}

function Frame({ route, badge, children }: { route: Route; badge: boolean; children: VNode }): VNode {
  return (
    <>
      <a class="skip-link" href="#main" onClick={toMain}>
        Skip to the content
      </a>
      <header class="bar">
        <a class="brand" href={hashOf({ page: 'overview' })}>
          <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
            <rect width="32" height="32" rx="7" />
            <path d="M8 9h16M8 16h11M8 23h16" />
          </svg>
          Elias
        </a>
        <nav aria-label="Pages">
          {SECTIONS.map(({ name, href, pages }) => (
            <a key={name} href={href} aria-current={(pages as readonly string[]).includes(route.page) ? 'page' : undefined}>
              {name}
            </a>
          ))}
        </nav>
        <div class="bar-end">
          {badge && <LiveBadge />}
          <ThemeToggle />
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <footer class="foot">
        <p>All times are UTC. Settled data from Postgres; Redshift is never asked by this page.</p>
      </footer>
    </>
  );
}

function Page({ route }: { route: Route }): VNode {
  switch (route.page) {
    case 'overview':
      return <OverviewPage />;
    case 'runs':
      return <RunsPage to={route.to} />;
    case 'run':
      return <RunPage key={route.runId} runId={route.runId} task={route.task} />;
    case 'products':
      return <ProductsPage />;
    case 'product':
      return <ProductPage key={route.productId} productId={route.productId} day={route.day} width={route.width} />;
    case 'unknown':
      return (
        <>
          <h1>There is no such page</h1>
          <p>
            <a href={hashOf({ page: 'overview' })}>To the overview</a>
          </p>
        </>
      );
  }
}

function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const look = (): void => setHash(location.hash);
    addEventListener('hashchange', look);
    return () => removeEventListener('hashchange', look);
  }, []);
  return parseRoute(hash);
}

/** A page that was gone to is named in the window's title, begins at its top, and its heading is where a screen reader reads on. */
function useArrival(route: Route): void {
  const first = useRef(true);
  const name = route.page === 'run' ? `run ${route.runId}` : route.page === 'product' ? route.productId : route.page;
  useEffect(() => {
    document.title = `${name[0]!.toUpperCase()}${name.slice(1)} · Elias`;
    if (first.current) {
      first.current = false;
      return;
    }
    scrollTo(0, 0);
    document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
  }, [name]);
}

/** The hash is the route's, so the link moves the focus by hand. */
function toMain(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('main')?.focus();
}
