"""One park: what comes in, what goes out, what stays and what is left over."""
