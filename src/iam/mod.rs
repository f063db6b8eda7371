//! Policy documents, and what S3 calls public.
