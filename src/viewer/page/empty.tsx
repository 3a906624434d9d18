import type { Overview } from '../page-data.ts';

export function Empty({ receivers }: Pick<Overview, 'receivers'>) {
  const [http] = receivers;
  return (
    <main class="empty">
      <h2>Nothing has come yet</h2>
      <p>Start a service that sends its profiles and traces here. What comes is shown at once.</p>
      {http && (
        <pre>
          OTEL_EXPORTER_OTLP_ENDPOINT={http.url} \{'\n'}
          {'  '}node --import otel-taskprof/register app.js
        </pre>
      )}
      <ul>
        {receivers.map(({ protocol, url }) => (
          <li>
            <code>{url}</code> OTLP, {protocol}
          </li>
        ))}
      </ul>
    </main>
  );
}
