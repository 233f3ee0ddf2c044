import { clientSuite } from './client-suite.ts';
import { embeddedServer } from './server-under-test.ts';

clientSuite('embedded API server', embeddedServer);
