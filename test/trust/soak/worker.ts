// A thread that comes, works and goes, with what the main thread profiles it by.
import '../../../src/register.ts';
import { playRound } from './load.ts';

await playRound(1);
