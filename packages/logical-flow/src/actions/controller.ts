import { utf8 } from '../bytes.ts';
import { type FieldReference, formatField } from '../symbol.ts';
import { EMPTY_LB_BACKENDS_OPTIONS } from '../tables/options.ts';
import { type ActionDefinition, statement } from './action.ts';
import { controllerAction, withArguments } from './encode-context.ts';
import { isEndpoint, isUuid } from './endpoint.ts';
import type { ActionOpcodeName } from './opcodes.ts';
import { firstText, type ParsedOption, parseOptions, printOptions } from './options.ts';
import type { ActionParser } from './parser.ts';

/** A packet-in without arguments. */
function plain(keyword: string, opcode: ActionOpcodeName, brackets = ''): ActionDefinition {
  return statement<object>(keyword, {
    parse: ({ lexer }) => {
      if (brackets !== '') {
        lexer.force('(');
        lexer.force(')');
      }
      return {};
    },
    print: () => `${keyword}${brackets};`,
    encode: (_, context) => [controllerAction(context, opcode)],
  });
}

const verdicts = ['allow', 'drop', 'reject', 'pass'] as const;
/** syslog's numbers (RFC 5424 §6.2.1). */
const severities = { alert: 1, warning: 4, notice: 5, info: 6, debug: 7 } as const;

interface Log {
  verdict?: (typeof verdicts)[number];
  severity: keyof typeof severities;
  name?: string;
  meter?: string;
}

function parseText(parser: ActionParser): string {
  const { lexer } = parser;
  lexer.force('=');
  const { token } = lexer;
  if (token.kind !== 'string') return lexer.syntaxError('expecting string');
  return token.text;
}

function parseLogArgument(parser: ActionParser, log: Log): void {
  const { lexer } = parser;
  if (lexer.matchId('verdict')) {
    lexer.force('=');
    log.verdict = verdicts.find((verdict) => lexer.matchId(verdict)) ?? lexer.syntaxError('unknown verdict');
  } else if (lexer.matchId('name')) {
    const name = parseText(parser);
    if (utf8(name).length >= 64) lexer.syntaxError('name must be shorter than 64 characters');
    log.name = name;
    lexer.next();
  } else if (lexer.matchId('severity')) {
    lexer.force('=');
    if (lexer.token.kind !== 'id') lexer.syntaxError('expecting severity');
    const names = Object.keys(severities) as (keyof typeof severities)[];
    log.severity = names.find((name) => lexer.matchId(name)) ?? lexer.syntaxError('unknown severity');
  } else if (lexer.matchId('meter')) {
    log.meter = parseText(parser);
    lexer.next();
  } else {
    lexer.syntaxError();
  }
}

const log = statement<Log>('log', {
  parse: (parser) => {
    const data: Log = { severity: 'info' };
    if (parser.lexer.match('(')) {
      while (!parser.lexer.match(')')) {
        parseLogArgument(parser, data);
        parser.lexer.match(',');
      }
    }
    if (data.verdict === undefined) parser.lexer.syntaxError('expecting verdict');
    return data;
  },
  print: ({ name, verdict, severity, meter }) => {
    const first = name === undefined ? '' : `name="${name}", `;
    return `log(${first}verdict=${verdict}, severity=${severity}${meter === undefined ? '' : `, meter="${meter}"`});`;
  },
  encode: ({ name, verdict, severity, meter }, context) => {
    const meterId = meter === undefined ? undefined : context.meters.assign(meter);
    if (meter !== undefined && meterId === undefined) return [];
    return [
      controllerAction(
        { ...context, ...(context.controllerMeter === undefined ? {} : { controllerMeter: NO_METER }) },
        'LOG',
        (userdata) => {
          userdata.u8(verdicts.indexOf(verdict ?? 'allow')).u8(severities[severity]);
          if (name !== undefined) userdata.text(name);
        },
        meterId === undefined ? {} : { meter: meterId },
      ),
    ];
  },
});

/** NX_CTLR_NO_METER: the meter of Logical_Flow.controller_meter does not apply to logging. */
const NO_METER = 0;

interface Meter {
  readonly rate: bigint;
  readonly burst: bigint;
}

const setMeter = statement<Meter>('set_meter', {
  parse: (parser) => {
    const { lexer } = parser;
    const number = () => {
      const decimal = parser.decimal();
      lexer.next();
      return decimal?.value ?? 0n;
    };
    lexer.force('(');
    const rate = number();
    const burst = lexer.match(',') ? number() : 0n;
    lexer.force(')');
    if (rate === 0n) lexer.error(`Rate ${rate} for set_meter is not in valid.`);
    return { rate, burst };
  },
  print: ({ rate, burst }) => `set_meter(${rate}${burst === 0n ? '' : `, ${burst}`});`,
  encode: ({ rate, burst }, { meters, uuid }) => {
    const size = burst === 0n ? '' : ` burst_size=${burst}`;
    const id = meters.assign(
      `__string: uuid ${uuid} kbps ${burst === 0n ? '' : 'burst '}stats bands=type=drop rate=${rate}${size}`,
    );
    return id === undefined ? [] : [{ type: 'meter', meter_id: id }];
  },
});

const MAX_QUEUE = 61440;

const setQueue = statement<{ readonly queue: number }>('set_queue', {
  parse: ({ lexer }) => {
    lexer.force('(');
    const queue = lexer.takeInteger();
    // OVN leaves the rest to the check for the semicolon.
    if (queue === undefined) return undefined;
    lexer.force(')');
    if (queue > MAX_QUEUE) {
      lexer.error(`Queue ID ${queue} for set_queue is not in valid range 0 to ${MAX_QUEUE}.`);
    }
    return { queue };
  },
  print: ({ queue }) => `set_queue(${queue});`,
  encode: ({ queue }) => [{ type: 'set_queue', queue }],
});

const EVENT = 'empty_lb_backends';

function checkEventOption({ lexer }: ActionParser, option: ParsedOption): void {
  const { values } = option.value;
  const text = firstText(option);
  if (values.length !== 1 || values[0]?.kind !== 'string') lexer.error(`Invalid value for "${option.name}" option`);
  if (option.code === 1 && !isEndpoint(text)) lexer.error(`Invalid load balancer VIP '${text}'`);
  if (option.code === 2 && !['tcp', 'udp', 'sctp'].includes(text)) {
    lexer.error(`Load balancer protocol '${text}' is not 'tcp', 'udp', or 'sctp'`);
  }
  if (option.code === 3 && !isUuid(text)) lexer.error(`Load balancer '${text}' is not a UUID`);
}

const triggerEvent = statement<{ readonly options: readonly ParsedOption[] }>('trigger_event', {
  parse: (parser) => {
    const { lexer } = parser;
    lexer.force('(');
    if (!lexer.matchId('event')) lexer.syntaxError("Expecting 'event' option");
    lexer.force('=');
    const { token } = lexer;
    if (token.kind !== 'string' || utf8(token.text).length >= 64) return lexer.syntaxError('Expecting string');
    if (token.text !== EVENT) lexer.syntaxError("Unknown event '-1'");
    lexer.next();
    lexer.match(',');
    const options = parseOptions(parser, EMPTY_LB_BACKENDS_OPTIONS, EVENT);
    for (const option of options) checkEventOption(parser, option);
    return { options };
  },
  print: ({ options }) => `trigger_event(event = "${EVENT}"${options.length > 0 ? `, ${printOptions(options)}` : ''});`,
  encode: ({ options }, context) => [
    controllerAction(context, 'EVENT', (userdata) => {
      userdata.u32(0);
      for (const option of options) {
        const text = utf8(firstText(option));
        userdata.u16(option.code).u16(text.length).bytes(text);
      }
    }),
  ],
});

const bindVport = statement<{ readonly port: string; readonly parent: FieldReference }>('bind_vport', {
  parse: (parser) => {
    const { lexer } = parser;
    lexer.force('(');
    const { token } = lexer;
    if (token.kind !== 'string') return lexer.syntaxError('expecting port name string');
    lexer.next();
    lexer.force(',');
    const parent = parser.sourceField(0);
    lexer.force(')');
    return { port: token.text, parent };
  },
  print: ({ port, parent }) => `bind_vport("${port}", ${formatField(parent)});`,
  encode: ({ port, parent }, context) => {
    const key = context.lookupPort(port);
    if (key === undefined) return [];
    return withArguments(
      [{ source: parent, destination: context.layout.registers.inport }],
      [controllerAction(context, 'BIND_VPORT', (userdata) => userdata.u32(key))],
    );
  },
});

const handleSvcCheck = statement<{ readonly port: FieldReference }>('handle_svc_check', {
  parse: (parser) => {
    parser.lexer.force('(');
    const port = parser.sourceField(0);
    parser.lexer.force(')');
    return { port };
  },
  print: ({ port }) => `handle_svc_check(${formatField(port)});`,
  encode: ({ port }, context) =>
    withArguments(
      [{ source: port, destination: context.layout.registers.inport }],
      [controllerAction(context, 'HANDLE_SVC_CHECK')],
    ),
});

/** What the controller is told, and meters and queues. */
export const CONTROLLER_ACTIONS: readonly ActionDefinition[] = [
  plain('igmp', 'IGMP'),
  plain('handle_dhcpv6_reply', 'DHCP6_SERVER'),
  plain('handle_bfd_msg', 'BFD_MSG', '()'),
  log,
  setMeter,
  setQueue,
  triggerEvent,
  bindVport,
  handleSvcCheck,
];
