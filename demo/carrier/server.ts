import { serveControl } from '../stand-in/controls.ts';
import { type RunningServer, startHttp } from '../stand-in/http-server.ts';
import { serveApi } from './api.ts';
import { Carrier, type CarrierOptions } from './carrier.ts';
import { CONTROLS } from './control.ts';

/** Its `url` is the `apiUrl` of the gateway, and the base of `/control/…`. @param port 0 lets the system choose. */
export function startCarrier(port: number, options: CarrierOptions): Promise<RunningServer> {
  const carrier = new Carrier(options);
  return startHttp(port, (request, response, url) =>
    url.pathname.startsWith('/control/')
      ? serveControl(CONTROLS, carrier, request, response, url)
      : serveApi(carrier, request, response, url),
  );
}
