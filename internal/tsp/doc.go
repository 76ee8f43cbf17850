// Package tsp is the contract between Waybill and its adapters: what an adapter declares
// (Spec, Actions, field uses, limits), what it does (Session) and how the end of each call
// is classified (Class, Error). The rest of the program holds a Caller and never an adapter.
package tsp
