import { render } from 'preact';

render(<h1>Elias</h1>, document.getElementById('app')!);
