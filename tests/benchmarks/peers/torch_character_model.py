"""The net that PyTorch is measured with: embedding, nn.LSTM, output layer, and what an update of it is."""
import torch

VOCABULARY = 65


class CharacterModel(torch.nn.Module):
    def __init__(self, layers, hidden):
        super().__init__()
        self.embedding = torch.nn.Embedding(VOCABULARY, hidden)
        self.lstm = torch.nn.LSTM(hidden, hidden, layers)
        self.output = torch.nn.Linear(hidden, VOCABULARY)

    def forward(self, ids, state):
        outputs, state = self.lstm(self.embedding(ids), state)
        return self.output(outputs), state


def update(model, optimizer, ids, state):
    """Trains on a window, ids (T + 1, B), and returns the state behind it, cut off from its gradients."""
    optimizer.zero_grad(set_to_none=True)
    logits, state = model(ids[:-1], state)
    state = tuple(s.detach() for s in state)
    torch.nn.functional.cross_entropy(logits.reshape(-1, VOCABULARY), ids[1:].reshape(-1)).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return state
