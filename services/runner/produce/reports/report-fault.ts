/** A report file that makes no sense; its message is the end of a sentence, for people. It never leaves the thread. */
export class ReportFault extends Error {}
