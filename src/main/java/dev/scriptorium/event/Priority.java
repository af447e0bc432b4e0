package dev.scriptorium.event;

/** The class of service a prompt asks for; routes in the pipeline turn it into a lane. */
public enum Priority {
    /** Somebody waits for it: goes before bulk work. */
    INTERACTIVE,
    /** Nobody waits for it in particular: the default. */
    BULK
}
