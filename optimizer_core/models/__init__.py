"""Language and embedding models: asked through LiteLLM, or directly where the server speaks OpenAI's protocol.

language_model, embedding_model   what the rest of the library uses
openrouter                        the same behind OpenRouter
defaults                          the models of those who name none
asking                            one question: reply checked, repaired once
calls                             its attempts: meter, slots, waits
retry, slots                      how long to wait, how many at once
traffic                           what holds questions back while a provider is in trouble (window, outage)
patience                          how long they let themselves be held back
shared_results                    each answer and vector made once
forms                             what to do where a server does not know schemas
json_answer                       a model's text to a fitting JSON object
structured_output, thinking, prices  what providers differ in
transports                        which of the two below: litellm_transport, openai_transport (connections, http_errors)
"""
