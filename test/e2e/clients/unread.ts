/** What the kernel holds of a connection on this machine. */
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'

/** How many of the bytes that went into our end its peer's program has not read yet. */
export function unreadByPeer({ localPort, remotePort }: Pick<Socket, 'localPort' | 'remotePort'>): number {
  let unread = 0
  for (const line of readFileSync('/proc/net/tcp', 'latin1').split('\n').slice(1)) {
    // proc_pid_net(5): sl local_address rem_address st tx_queue:rx_queue …, in hexadecimal
    const [, local = '', remote = '', , queues = ''] = line.trim().split(/\s+/)
    const [sending = '', received = ''] = queues.split(':')
    if (portOf(local) === localPort && portOf(remote) === remotePort) unread += parseInt(sending, 16)
    if (portOf(local) === remotePort && portOf(remote) === localPort) unread += parseInt(received, 16)
  }
  return unread
}

function portOf(address: string): number {
  return parseInt(address.slice(address.indexOf(':') + 1), 16)
}
