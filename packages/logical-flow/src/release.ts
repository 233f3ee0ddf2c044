import type { ActionSet } from './actions/action.ts';
import { ACTIONS_26_03 } from './actions/actions-26-03.ts';
import { SymbolTable } from './symbol-table.ts';
import type { Layout } from './tables/layout.ts';
import { LAYOUT_26_03 } from './tables/layout-26-03.ts';
import { DHCPV4_OPTIONS, DHCPV6_OPTIONS, ND_RA_OPTIONS, type OptionTable } from './tables/options.ts';
import { SYMBOLS_26_03 } from './tables/symbols-26-03.ts';

/** The language of one release, as data: a vendor's own is a copy with more in it. */
export interface Release {
  readonly layout: Layout;
  readonly symbols: SymbolTable;
  readonly actions: ActionSet;
  readonly dhcpOptions: OptionTable;
  readonly dhcpv6Options: OptionTable;
  readonly ndRaOptions: OptionTable;
}

/** OVN 26.03. */
export const OVN_26_03: Release = {
  layout: LAYOUT_26_03,
  symbols: new SymbolTable(SYMBOLS_26_03),
  actions: ACTIONS_26_03,
  dhcpOptions: DHCPV4_OPTIONS,
  dhcpv6Options: DHCPV6_OPTIONS,
  ndRaOptions: ND_RA_OPTIONS,
};
