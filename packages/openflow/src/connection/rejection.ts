import type { ErrorMessage } from '../messages/basic.ts';
import type { Body } from '../messages/message.ts';
import { OpenFlowError, type Rejection } from '../openflow-error.ts';
import { formatActions } from '../text/format-actions.ts';
import { formatMatch } from '../text/format-match.ts';

/** An OFPT_ERROR as the rejection of what it is about. */
export function rejectionOf(error: ErrorMessage, xid: number, index: number, message: Body | undefined): Rejection {
  const { ofp, code, data } = error;
  return {
    index,
    xid,
    ...(ofp === undefined ? {} : { ofp }),
    code,
    data,
    ...(message === undefined ? {} : { message }),
  };
}

/** A message in a few words: enough to find it. */
export function describeMessage(message: Body): string {
  switch (message.type) {
    case 'flow_mod': {
      const table = message.table === undefined ? '' : `table=${message.table},`;
      const deletes = message.command === 'delete' || message.command === 'delete_strict';
      const actions = deletes ? '' : ` actions=${formatActions(message.actions)}`;
      return `flow_mod ${message.command} ${table}${formatMatch(message.match, message.priority)}${actions}`;
    }
    case 'group_mod':
      return `group_mod ${message.command} group_id=${message.group_id}`;
    case 'meter_mod':
      return `meter_mod ${message.command} meter=${message.meter_id}`;
    case 'bundle_control':
      return `bundle_control ${message.control}`;
    default:
      return message.type;
  }
}

/** The error of messages that the switch refused; its text names the first. */
export function rejectedError(rejections: readonly Rejection[]): OpenFlowError {
  const [first] = rejections;
  if (first === undefined) return new OpenFlowError('rejected', 'the switch refused a message');
  const { code, message } = first;
  const name = first.ofp ?? `error type ${code.type} code ${code.code} of vendor 0x${code.vendor.toString(16)}`;
  const what = message === undefined ? `the message with xid 0x${first.xid.toString(16)}` : describeMessage(message);
  const more = rejections.length > 1 ? ` (and ${rejections.length - 1} more errors)` : '';
  return new OpenFlowError('rejected', `${name}: the switch refused ${what}${more}`, {
    rejections,
    ...(first.ofp === undefined ? {} : { ofp: first.ofp }),
  });
}
