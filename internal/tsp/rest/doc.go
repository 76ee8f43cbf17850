// Package rest makes adapters for TSPs that speak REST with JSON. The author of an adapter
// hands New a Config: static data, an auth choice, and per write, list and check what to
// send and how to read the answer. The package does the rest for every request alike: pace,
// sign, send, bound and classify.
//
// Credentials sign by kind: a key in a header or in the query, Basic, OAuth, whose tokens are
// exchanged, renewed and hidden here, a log-in, or any other Auth of the adapter's. A write is one call, or several steps that are marked as
// they are done, so that a later attempt goes on behind them.
//
// Every error is a *tsp.Error. What it promises:
//
//   - Unavailable: nothing was applied. The request was never written, or it only read, or somebody on
//     the way, such as a firewall, answered a web page instead of letting it pass.
//   - Unknown: the request was handed to a connection and no trustworthy answer came back;
//     an answer of 2xx whose body cannot be read is none.
//   - Broken: a redirect, an answer of another shape than documented, or our own mistake.
//   - every other class follows from the answer: the adapter's hook first, then the status.
//
// No error text and no returned header holds a secret of the credentials.
package rest
