import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerJson, RequestError, readBody } from './http-io.ts';
import { asObject, type Written } from './written.ts';

/** What a test, or a person with curl, can do: method and path to what is done, which is answered as JSON. */
export type Controls<State> = Readonly<
  Record<string, (state: State, written: Written, query: URLSearchParams) => unknown>
>;

/** An error of a control is the writer's: it is told with 400, unless it has a status of its own. */
export async function serveControl<State>(
  controls: Controls<State>,
  state: State,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const control = controls[`${request.method} ${url.pathname}`];
  if (control === undefined) {
    throw new RequestError(404, `there is: ${Object.keys(controls).join(', ')}`);
  }
  const body = await readBody(request);
  try {
    const written = body === '' ? {} : asObject(JSON.parse(body));
    answerJson(response, 200, await control(state, written, url.searchParams));
  } catch (error) {
    if (error instanceof RequestError) throw error;
    throw new RequestError(400, error instanceof Error ? error.message : String(error));
  }
}
