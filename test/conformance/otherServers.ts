/** Well-known file servers, to see how the cases fare with them. */
import { startApache } from './servers/apache.ts'
import { startBareWorker } from './servers/bareWorker.ts'
import { startHonoStatic } from './servers/honoStatic.ts'
import { startNginx } from './servers/nginx.ts'
import type { OtherServer } from './servers/otherServer.ts'
import { startSend } from './servers/send.ts'

/** Each starts one; undefined where it is not installed. */
export const otherServers: (() => Promise<OtherServer | undefined>)[] = [
  startApache,
  startNginx,
  startSend,
  startHonoStatic,
  startBareWorker,
]
